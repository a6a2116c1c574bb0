"""政务数据开放平台 GovShare: CKAN extension."""
