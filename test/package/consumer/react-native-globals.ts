// What React Native and react-native-url-polyfill give an app beside its engine.
import { AbortController, AbortSignal } from 'abort-controller';
import { Buffer } from 'buffer';
import { Headers, Request, Response } from 'whatwg-fetch';
import { URL, URLSearchParams } from 'whatwg-url-without-unicode';

/** The SDK looks for `fetch`, and does not call it. */
export function setGlobals(): void {
  const fetch = () => Promise.reject(new Error('There is no network.'));
  const found = { Buffer, AbortController, AbortSignal, Headers, Request, Response, URL, URLSearchParams };
  Object.assign(globalThis, found, { fetch });
}
