/** Textes de la salle : directory. */

export const directory = {};
