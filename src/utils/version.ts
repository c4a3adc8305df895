/** The version of this SDK, as in its `package.json`. */
export const VERSION = '1.0.0';
