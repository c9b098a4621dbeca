/** The zoo: one architecture a file. */

export { convnet, type ConvNetOptions } from "./convnet.js";
export { mlp, type MlpOptions } from "./mlp.js";
export { resnet18, type ResNetOptions } from "./resnet.js";
export { SqueezeNet, squeezenet, squeezenetFromCaffe, type SqueezeNetOptions } from "./squeezenet.js";
