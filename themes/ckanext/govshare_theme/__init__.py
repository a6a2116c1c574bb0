"""The portal's look: templates, one style sheet and one small script, on CKAN's base templates."""
