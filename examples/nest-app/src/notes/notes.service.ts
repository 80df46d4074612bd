/** What can be done with notes. An ordinary provider of Nest, with the store of the tree. */
import { Injectable } from '@nestjs/common';
import { type Note, type StoreConnection, store } from '../store.js';
import { type Current, FromTree } from '../tree/tree.module.js';

@Injectable()
export class NotesService {
  constructor(@FromTree(store) private readonly store: Current<StoreConnection>) {}

  // Asked for each time: after a crash of the store there is another one.
  list(): Promise<readonly Note[]> {
    return this.store().all();
  }

  add(text: string): Promise<Note> {
    return this.store().insert(text);
  }
}
