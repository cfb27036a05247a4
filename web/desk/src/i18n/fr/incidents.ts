/** Textes de la salle : incidents. */

export const incidents = {};
