// Placeholder until internal/conformance is written.
import 'coppice';

console.log('internal/conformance: not written yet');
