"""The assets that chain the DAGs; their events carry the day as partition key."""

from airflow.sdk import Asset

CRM_CHANGES = Asset("crm_changes", uri="mkt://lake/crm")
CUSTOMER_FEATURES = Asset("customer_features", uri="mkt://lake/features")
PROPENSITY_CHAMPION = Asset("propensity_champion", uri="mkt://mlflow/champion")
CUSTOMER_SEGMENTS = Asset("customer_segments", uri="mkt://campaign/segments")
TRAINING_DUE = Asset("training_due", uri="mkt://training/due")
MODEL_ALARM = Asset("model_alarm", uri="mkt://campaign/model_alarms")
