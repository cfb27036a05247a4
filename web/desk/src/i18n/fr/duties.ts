/** Textes de la salle : duties. */

export const duties = {};
