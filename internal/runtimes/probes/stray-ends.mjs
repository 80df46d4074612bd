// Without `faults` a stray throw ends the process, as it does on Node, also while `await app.run()` stands at the top level.
import { application, service } from 'coppice';

const sick = service({
  id: 'sick',
  start: () => {
    setTimeout(() => {
      throw new Error('stray');
    }, 50);
  },
});
const app = application({ id: 'app', faults: 'off', children: [sick] });
setTimeout(() => void app.stop(), 500);
await app.run();
