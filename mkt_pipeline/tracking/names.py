"""What things are called in MLflow."""

CHAMPION, CHALLENGER, PREVIOUS = "champion", "challenger", "previous"

PROPENSITY, RECOMMENDER = "propensity", "recommender"
"""The kinds of model that a use case has."""

DIGEST_TAG = "sha256"
"""Tag of a model version: SHA-256 over the files of the model."""

TRAINING_TAG = "training_sha256"
"""Tag of a model version: the same for a training and for its rerun."""

MODEL_TAG = "model_id"
"""Tag of a model version: MLflow's own id of the logged model behind it."""


def training_experiment(use_case: str) -> str:
    """The experiment that holds the training runs of a use case."""
    return f"training/{use_case}"


def scoring_experiment(use_case: str) -> str:
    """The experiment that holds the scoring runs of a use case."""
    return f"scoring/{use_case}"


def monitoring_experiment(use_case: str) -> str:
    """The experiment that holds what came true of the publications of a use case."""
    return f"monitoring/{use_case}"


def registered_model(use_case: str) -> str:
    """The registered model of a use case."""
    return f"{PROPENSITY}-{use_case}"


def recommender_experiment(use_case: str) -> str:
    """The experiment that holds the comparisons of recommenders of a use case."""
    return f"{RECOMMENDER}/{use_case}"


def registered_recommender(use_case: str) -> str:
    """The registered recommender of a use case."""
    return f"{RECOMMENDER}-{use_case}"
