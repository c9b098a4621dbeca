/** `classic`: learning without networks, by scikit-learn's conventions: `fit`, `predict` and `transform`, `score`. */

export { BagOfVisualWords, type BagOfVisualWordsOptions, type Images } from "./bagOfVisualWords.js";
export type { ClassWeight } from "./classWeight.js";
export {
  crossValidate, type CrossValidateOptions, type CrossValidation, type Grid, gridSearch, type GridSearch, type Scored,
} from "./crossValidate.js";
export { DenseSift, type DenseSiftOptions } from "./denseSift.js";
export { ElasticNet, type ElasticNetOptions, Lasso, type LassoOptions } from "./elasticNet.js";
export { Classifier, Estimator, type Layout, Regressor, type State } from "./estimator.js";
export { KMeans, type KMeansOptions } from "./kMeans.js";
export { KNeighborsClassifier } from "./kNeighborsClassifier.js";
export { KNeighborsRegressor } from "./kNeighborsRegressor.js";
export type { KernelOptions } from "./kernels.js";
export { LinearRegression, type LinearRegressionOptions } from "./linearRegression.js";
export { LinearSVC, type LinearSVCOptions } from "./linearSvc.js";
export { LogisticRegression, type LogisticRegressionOptions } from "./logisticRegression.js";
export type { KNeighborsOptions, Neighbors } from "./neighbors.js";
export { PCA, type PCAOptions } from "./pca.js";
export { Ridge, type RidgeOptions } from "./ridge.js";
export { SVC, type SVCOptions } from "./svc.js";
export { StandardScaler } from "./standardScaler.js";
