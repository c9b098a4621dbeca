/**
 * nabla in browsers: tensors, networks, training and charts as in Node, without what needs files or processes (reading and writing data sets,
 * weights in files, event files, run folders, labs). Loading it compiles the kernels, so a program begins with tensors at once.
 */

import "./platform/browser.js";

export * from "./everywhere.js";
export * as data from "./data/inMemory.js";
