#!/usr/bin/env node
// SPDX-License-Identifier: GPL-3.0-or-later
import { main } from './main.ts';

process.exitCode = await main(process.argv.slice(2), console.log, console.error);
