/** Wall mode: the picture and what waits, without controls, readable at five metres. */

const KEY = 'beffroi.wall';

class Wall {
  on = $state(sessionStorage.getItem(KEY) === '1');

  set(on: boolean): void {
    this.on = on;
    if (on) sessionStorage.setItem(KEY, '1');
    else sessionStorage.removeItem(KEY);
  }

  /** Leave it; tells whether it was on. */
  close(): boolean {
    const was = this.on;
    if (was) this.set(false);
    return was;
  }
}

export const wall = new Wall();
