/** What is told, as the only argument of a dynamic child, when that child is gone for good. */
import type { Child } from '../model/child.js';

export abstract class ChildWatcher {
  /** It is no longer one of the children: `byItself`, or because somebody has stopped it, or the supervisor. */
  abstract gone(child: Child, byItself: boolean): void;
}
