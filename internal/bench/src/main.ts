// Placeholder until internal/bench is written.
import 'coppice';

console.log('internal/bench: not written yet');
