"""The types that a model file may bring to life.

skops refuses every type that it does not know to be harmless unless it is named. The list that
MLflow stores beside a model travels with the model, so whoever can change the one can change the
other: what is loaded is held against this list instead. A new kind of model adds its types here.
"""

TRUSTED_TYPES: tuple[str, ...] = (
    "functools.partial",
    "mkt_pipeline.modelling.baseline.RecencyFrequencyMoney",
    "mkt_pipeline.modelling.boosting.BlockwiseBoosting",
    "mkt_pipeline.modelling.calibration.Calibrated",
    "mkt_pipeline.modelling.calibration.Calibrator",
    "mkt_pipeline.modelling.columns.known_text",
    "mkt_pipeline.modelling.columns.signed_log",
    "mkt_pipeline.modelling.forest.ScoredForest",
    "mkt_pipeline.modelling.neural_network.ScoredPerceptron",
    "mkt_pipeline.modelling.rbf_svm.Landmarks",
    "mkt_pipeline.modelling.season.Season",
    "mkt_pipeline.modelling.tree.SmallTree",
    "numpy.dtype",
    "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
    "sklearn.model_selection._split.StratifiedKFold",
    "sklearn.neural_network._stochastic_optimizers.AdamOptimizer",
    "sklearn.tree._tree.Tree",
    "sklearn.utils.validation.check_array",
)
