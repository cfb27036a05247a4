/** `E` pressed again while the panel is open: the hands come back to its list, on whom to call now. */

class Engaging {
  asked = $state(0);
}

export const engaging = new Engaging();
