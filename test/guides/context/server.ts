import { createServer } from 'node:http';
import express from 'express';

export const app = express();
export const server = createServer(app);
