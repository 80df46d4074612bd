// Placeholder until examples/host-agent is written.
import 'coppice';

console.log('examples/host-agent: not written yet');
