/** Textes de la salle : dispatch. */

export const dispatch = {};
