/** Prints what would become of each of them; nothing is started. */
import { explainPolicy } from 'coppice';
import { shop } from './declarations.js';

console.log(explainPolicy(shop));
for (const child of shop.children) console.log(`\n${explainPolicy(child, shop)}`);
