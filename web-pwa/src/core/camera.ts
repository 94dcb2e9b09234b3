/** The camera for the screens, which never call the platform themselves. */
export { followCodes, readCodes } from '../platform/camera';
