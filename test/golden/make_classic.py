"""Writes classic.json with scikit-learn: /usr/bin/python3 test/golden/make_classic.py

Iterative fits are run far beyond scikit-learn's default tolerances, so that the optimum is compared and not where somebody stopped. Dense SIFT
is written out in plain loops after Lowe 2004, section 6.1.
"""
import numpy as np
import sklearn
from sklearn import cluster as C
from sklearn import decomposition as D
from sklearn import linear_model as L
from sklearn import neighbors as N
from sklearn import svm as S
from sklearn.preprocessing import StandardScaler

from make_golden import number, save

rng = np.random.default_rng(11)


def plain(x):
    x = np.asarray(x)
    return number(x.item()) if x.ndim == 0 else [plain(v) for v in x]


def draw(*shape, decimals=2):
    return np.round(rng.standard_normal(shape), decimals)


def fitted(model, *names):
    return {name: plain(getattr(model, name + "_")) for name in names}


# ------------------------------------------------------------------------------------------------------ regression
def regression():
    x, new = draw(12, 4), draw(3, 4)
    w = np.array([[1.5, -2, 0, 0.5], [0, 1, 3, -1]])
    y = np.round(x @ w.T + [1, -2] + 0.3 * rng.standard_normal((12, 2)), 2)
    dependent = np.c_[x[:, :2], x[:, 0] - 2 * x[:, 1], x[:, 3]]
    wide, short = draw(4, 7), draw(4)
    cases = []
    for name, a, b in (("one target", x, y[:, 0]), ("two targets", x, y), ("dependent features", dependent, y[:, 0]), ("more features than samples", wide, short)):
        test = draw(3, a.shape[1])
        for intercept in (True, False):
            def case(kind, options, model, *more):
                model.fit(a, b)
                cases.append({"name": name, "kind": kind, "options": options, "x": plain(a), "y": plain(b), "test": plain(test),
                              **fitted(model, "coef", "intercept", *more), "predicted": plain(model.predict(test)), "score": model.score(a, b)})
            case("LinearRegression", {"fitIntercept": intercept}, L.LinearRegression(fit_intercept=intercept), "rank")
            cases[-1]["variance"] = plain(np.mean((b - L.LinearRegression(fit_intercept=intercept).fit(a, b).predict(a)) ** 2, axis=0))
            if intercept:
                for alpha in (0.5, 20):
                    case("Ridge", {"alpha": alpha}, L.Ridge(alpha=alpha, solver="svd"))
                for alpha, ratio in ((0.1, 0.5), (0.5, 0.9)):
                    options = {"alpha": alpha, "l1Ratio": ratio, "tolerance": 1e-13, "maxIterations": 100000}
                    case("ElasticNet", options, L.ElasticNet(alpha=alpha, l1_ratio=ratio, tol=1e-13, max_iter=100000))
                case("Lasso", {"alpha": 0.2, "tolerance": 1e-13, "maxIterations": 100000}, L.Lasso(alpha=0.2, tol=1e-13, max_iter=100000))
    return cases


def scaling():
    x = np.c_[draw(9, 2) * [3, 0.2] + [5, -1], np.full(9, 0.1)]
    scaler = StandardScaler().fit(x)
    return {"x": plain(x), "mean": plain(scaler.mean_), "variance": plain(scaler.var_), "scale": plain(scaler.scale_), "z": plain(scaler.transform(x))}


def neighbors():
    x = np.r_[draw(15, 3, decimals=4), draw(15, 3, decimals=4) + 1.5]
    labels, targets = np.repeat([4, -2], 15), np.round(x @ [[1, 0], [-1, 2], [0.5, 1]], 2)
    labels[[3, 20, 25]] = 7
    test = np.r_[draw(6, 3, decimals=4), x[:2]]
    cases = []
    for k in (1, 4, 30):
        for p in (1, 2):
            for weights in ("uniform", "distance"):
                options = dict(n_neighbors=k, p=p, weights=weights, algorithm="brute")
                classifier = N.KNeighborsClassifier(**options).fit(x, labels)
                distances, indices = classifier.kneighbors(test)
                assert k == 30 or np.diff(np.sort(classifier.kneighbors(test, n_neighbors=k + 1)[0]), axis=1).min() > 1e-9  # no ties
                cases.append({"options": {"k": k, "p": p, "weights": weights}, "distances": plain(distances), "indices": plain(indices),
                              "predicted": plain(classifier.predict(test)), "probabilities": plain(classifier.predict_proba(test)),
                              "means": plain(N.KNeighborsRegressor(**options).fit(x, targets).predict(test))})
    return {"x": plain(x), "labels": plain(labels), "targets": plain(targets), "test": plain(test), "cases": cases}


def components():
    base = draw(14, 3) @ draw(3, 5) + 0.1 * draw(14, 5) + 2
    cases = []
    for name, x in (("tall", np.round(base, 2)), ("wide", draw(4, 6)), ("dependent", np.c_[draw(10, 2), np.zeros((10, 1))] @ draw(3, 4))):
        for n, whiten in ((None, False), (2, True), (0.8, False)):
            pca = D.PCA(n_components=n, whiten=whiten, svd_solver="full").fit(x)
            kept = pca.singular_values_ > 1e-9
            if not kept.all() and n is None:
                continue  # vectors without variance are any basis
            z = pca.transform(x)
            cases.append({"name": name, "options": {"whiten": whiten, **({} if n is None else {"nComponents": n})}, "x": plain(x), "z": plain(z),
                          "back": plain(pca.inverse_transform(z)), "mean": plain(pca.mean_), "components": plain(pca.components_),
                          "singularValues": plain(pca.singular_values_), "explainedVariance": plain(pca.explained_variance_),
                          "explainedVarianceRatio": plain(pca.explained_variance_ratio_)})
    # The components of centred samples without variance are any basis: leave those of "wide" that have none.
    return [c for c in cases if min(c["singularValues"]) > 1e-9]


def clusters():
    cases = []
    x = np.round(np.concatenate([draw(12, 2) * 0.7 + c for c in ([0, 0], [4, 1], [1, 5])]), 2)
    for name, init in (("apart", [[0, 1], [3, 2], [2, 4]]), ("beside one another", [[0, 0], [0.1, 0], [0, 0.1]]),
                       ("one without samples", [[0, 0], [4, 3], [100, 100]]), ("two without samples", [[1, 1], [100, 100], [-100, 90], [4, 1]])):
        for tolerance in (0, 1e-4):
            model = C.KMeans(n_clusters=len(init), init=np.array(init, float), n_init=1, tol=tolerance, algorithm="lloyd").fit(x)
            cases.append({"name": name, "init": init, "tolerance": tolerance, "centers": plain(model.cluster_centers_), "labels": plain(model.labels_),
                          "inertia": model.inertia_, "iterations": model.n_iter_, "distances": plain(model.transform(x[:3])), "score": model.score(x)})
    return {"x": plain(x), "cases": cases}


def linear_classifiers():
    x = np.round(np.concatenate([draw(14, 3) + c for c in ([0, 0, 1], [1.5, 0, -1], [0, 2, 0])]), 2)
    test = draw(5, 3)
    sets = {"two classes": (x[:28], np.repeat([3, -1], 14)), "two unequal classes": (x[8:28], np.r_[np.zeros(6, int), np.ones(14, int)]),
            "three classes": (x, np.repeat([0, 5, 2], 14))}
    logistic, svm = [], []
    for name, (a, b) in sets.items():
        first = int(np.unique(b)[0])
        for c, intercept, weight in ((1.0, True, None), (50.0, False, None), (0.1, True, "balanced"), (2.0, True, {first: 4.0})):
            options = {"C": c, "fitIntercept": intercept, **({} if weight is None else {"classWeight": weight})}
            common = dict(C=c, fit_intercept=intercept, class_weight=weight)
            model = L.LogisticRegression(**common, solver="newton-cg", multi_class="auto", tol=1e-12, max_iter=10000).fit(a, b)
            logistic.append({"name": name, "options": options, **fitted(model, "coef", "intercept", "classes"),
                             "scores": plain(model.decision_function(test)), "probabilities": plain(model.predict_proba(test)), "predicted": plain(model.predict(test)),
                             "score": model.score(a, b)})
            for loss in ("squared_hinge", "hinge"):
                if c > 10 and loss == "hinge":
                    continue
                model = S.LinearSVC(**common, loss=loss, dual=True, tol=1e-11, max_iter=10000000, random_state=0).fit(a, b)
                svm.append({"name": name, "options": {**options, "loss": "hinge" if loss == "hinge" else "squaredHinge"},
                            **fitted(model, "coef", "intercept", "classes"), "scores": plain(model.decision_function(test)),
                            "predicted": plain(model.predict(test)), "score": model.score(a, b)})
    kernels = []
    for name, (a, b) in sets.items():
        first = int(np.unique(b)[0])
        for options in ({"kernel": "rbf"}, {"kernel": "rbf", "gamma": 2.0, "C": 20.0, "classWeight": {first: 3.0}}, {"kernel": "linear", "C": 0.5},
                        {"kernel": "poly", "gamma": "auto", "degree": 2, "coef0": 1.0}):
            model = S.SVC(**{{"classWeight": "class_weight"}.get(k, k): v for k, v in options.items()}, tol=1e-12, decision_function_shape="ovo").fit(a, b)
            scores = model.decision_function(test)
            kernels.append({"name": name, "options": options, "vectors": int(model.n_support_.sum()), "predicted": plain(model.predict(test)),
                            # scikit-learn's score of a pair of several classes speaks for the first.
                            "scores": plain(scores if scores.ndim == 1 else -scores), "score": model.score(a, b)})
    free = sets["three classes"]
    model = L.LogisticRegression(penalty="none", solver="newton-cg", tol=1e-13, max_iter=10000).fit(*free)
    return {"sets": {name: {"x": plain(a), "y": plain(b)} for name, (a, b) in sets.items()}, "test": plain(test), "logistic": logistic, "svm": svm, "kernels": kernels,
            "unpenalised": plain(model.predict_proba(test))}


def sift_patch(image, top, left, size):
    """One descriptor in plain loops: every pixel votes for two directions and up to four bins."""
    height, width = image.shape
    bins = np.zeros((4, 4, 8))
    for i in range(4 * size):
        for j in range(4 * size):
            y, x = top + i, left + j
            above, below, before, after = max(y - 1, 0), min(y + 1, height - 1), max(x - 1, 0), min(x + 1, width - 1)
            dy = (image[below, x] - image[above, x]) / (below - above)
            dx = (image[y, after] - image[y, before]) / (after - before)
            direction = (np.arctan2(dy, dx) % (2 * np.pi)) / (2 * np.pi) * 8
            v, u = (i + 0.5) / size - 0.5, (j + 0.5) / size - 0.5
            vote = np.hypot(dx, dy) * np.exp(-((v - 1.5) ** 2 + (u - 1.5) ** 2) / 8)
            for b in (int(np.floor(v)), int(np.floor(v)) + 1):
                for c in (int(np.floor(u)), int(np.floor(u)) + 1):
                    for o in (int(np.floor(direction)), int(np.floor(direction)) + 1):
                        if 0 <= b < 4 and 0 <= c < 4:
                            bins[b, c, o % 8] += vote * (1 - abs(v - b)) * (1 - abs(u - c)) * (1 - abs(direction - o))
    flat = bins.ravel()
    if flat.any():
        flat = np.minimum(flat / np.linalg.norm(flat), 0.2)
        flat /= np.linalg.norm(flat)
    return flat


def sift():
    cases = []
    for shape, size, stride in (((13, 18), 3, 3), ((9, 10), 2, 1), ((17, 9), 2, 4)):
        image = np.round(rng.uniform(0, 1, shape), 2)
        if size == 2 and stride == 4:
            image[:10] = 0.5
        starts = [range((n - 4 * size) % stride // 2, n - 4 * size + 1, stride) for n in shape]
        patches = [sift_patch(image, top, left, size) for top in starts[0] for left in starts[1]]
        if stride == 1:
            patches = patches[:2]
        cases.append({"image": plain(image), "binSize": size, "stride": stride, "descriptors": [[number(round(v, 12)) for v in p] for p in patches]})
    return cases


if __name__ == "__main__":
    save("classic.json", madeBy="test/golden/make_classic.py", sklearn=sklearn.__version__, regression=regression(), scaling=scaling(),
         neighbors=neighbors(), components=components(), clusters=clusters(),
         linearClassifiers=linear_classifiers(), sift=sift())
