/** The camera for the screens, which never call the platform themselves. */
export { readCodes } from '../platform/camera';
