/** Textes de la salle : requests. */

export const requests = {};
