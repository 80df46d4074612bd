import { RefusedByServer, classify } from './client.js';

test('a network that fails may work again; a wrong configuration will not', () => {
  const refused = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:1'), { code: 'ECONNREFUSED' });
  expect(classify(refused)).toBe('transient');
  expect(classify(new Error('connection closed'))).toBe('transient');
  expect(classify('anything else')).toBe('transient');
  expect(classify(new RefusedByServer("unknown token 'x'"))).toBe('permanent');
});
