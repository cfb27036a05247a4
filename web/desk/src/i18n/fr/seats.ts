/** Textes de la salle : seats. */

export const seats = {};
