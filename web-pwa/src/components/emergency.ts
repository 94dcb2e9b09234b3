/** Under this name a screen offers *Urgence* to what is shown above it. For: `Dialog`. */
export const EMERGENCY = Symbol('emergency');
