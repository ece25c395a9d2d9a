"""Settings of the example; your project has its own."""

SECRET_KEY = "only for the example"  # noqa: S105
INSTALLED_APPS = ["django_app"]
MIDDLEWARE = ["django_app.views.RefusalMiddleware"]
ROOT_URLCONF = "django_app.urls"
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True  # the database has instants in UTC, and Django returns aware datetimes
TIME_ZONE = "Europe/Volgograd"
