"""All settings. The demo needs none of them to be set; each is read from an environment variable MACHIMADO_…."""

import secrets
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from machimado.site import environment as env

BASE_DIR = Path(__file__).resolve().parents[2]
CITY_FILES = ("city.yaml", "sites.yaml", "staff.yaml")
CITY_FOLDER = env.folder("MACHIMADO_CITY", BASE_DIR / "cities" / "yukimi", holding=CITY_FILES)
DATA_FOLDER = env.folder("MACHIMADO_DATA", BASE_DIR / "var" / CITY_FOLDER.name)
# What officers have written and approved; it belongs to the data, the city's own folder may be read-only.
PUBLISHED_FOLDER = DATA_FOLDER / "published"
DEBUG = env.flag("MACHIMADO_DEBUG", default=False)


def _secret_key() -> str:
    """Return the installation's key, made once and kept beside the store so that sessions outlive a restart."""
    given = env.text("MACHIMADO_SECRET_KEY", "")
    if given:
        return given
    try:
        DATA_FOLDER.mkdir(parents=True, exist_ok=True)
        return _kept_key(DATA_FOLDER / "secret.key")
    except OSError as error:
        raise env.SettingRefused(
            f"データの置き場 {DATA_FOLDER} を使えません（{error.strerror}）。"
            "書き込めるフォルダーを --data か MACHIMADO_DATA で指定してください。"
        ) from None


def _kept_key(path: Path) -> str:
    try:
        with path.open("x", encoding="ascii") as file:
            path.chmod(0o600)
            file.write(secrets.token_urlsafe(64))
    except FileExistsError:
        pass
    return path.read_text(encoding="ascii")


def _database(url: str) -> dict[str, Any]:
    """Return Django's description of the store at `url` (empty: the embedded SQLite in the data folder)."""
    if not url:
        return _embedded_database(DATA_FOLDER / "machimado.sqlite3")
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise env.SettingRefused(
            "MACHIMADO_DATABASE は postgresql://利用者:パスワード@ホスト/名前 の形にしてください。"
        )
    query = parse_qs(parts.query)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.get("host", [parts.hostname or ""])[0],
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }


def _embedded_database(path: Path) -> dict[str, Any]:
    path.parent.mkdir(parents=True, exist_ok=True)
    return {
        "ENGINE": "machimado.ground.rows.sqlite",
        "NAME": path,
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            # A write transaction takes its lock at once: none fails half-way because another was faster.
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            # FULL: what the officer was told is saved survives a power cut, not only a crash.
            "init_command": (
                "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-65536;"
                "PRAGMA mmap_size=268435456; PRAGMA temp_store=MEMORY;"
            ),
        },
        "TEST": {"NAME": None},
    }


SECRET_KEY = _secret_key()
DATABASES = {"default": _database(env.text("MACHIMADO_DATABASE", ""))}
ALLOWED_HOSTS = env.listing("MACHIMADO_HOSTS", ["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.listing("MACHIMADO_ORIGINS", [])
HTTPS = env.flag("MACHIMADO_HTTPS", default=False)

INSTALLED_APPS = [
    "machimado.frontyard.counter",
    "machimado.frontyard.selfservice",
    "machimado.frontyard.reception",
    "machimado.cases.certificates",
    "machimado.cases.delivery",
    "machimado.cases.authoring",
    "machimado.cases.applications",
    "machimado.cases.register",
    "machimado.cases.procedures",
    "machimado.cases.terminals",
    "machimado.ground.devices",
    "machimado.ground.people",
    "machimado.ground.journal",
    "machimado.ground.live",
    "machimado.ground.systems",
    "machimado.ground.ui",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",  # allauth's pages of passkeys use it
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "machimado.ground.ui.middleware.quiet_headers",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "machimado.ground.people.middleware.lock_when_idle",
]
ROOT_URLCONF = "machimado.site.urls"
ASGI_APPLICATION = "machimado.site.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "DIRS": [BASE_DIR / "machimado" / "site" / "templates"],
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "machimado.ground.ui.context.page",
                "machimado.site.menu.menu",
            ],
            "builtins": ["machimado.ground.ui.templatetags.ui"],
        },
    },
    {
        # Fragments with hundreds of parts, in the folder jinja2/ of their room; pages take them in by {% fragment %}.
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "APP_DIRS": True,
        "OPTIONS": {"environment": "machimado.ground.ui.fragments.environment"},
    },
]

# --- sign-in -------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "people.Officer"
AUTHENTICATION_BACKENDS = ["machimado.ground.people.sign_in.StaffBackend"]
PASSWORD_HASHERS = ["machimado.ground.people.hashers.OneLaneArgon2"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "machimado.ground.people.sign_in.AccountAdapter"
SOCIALACCOUNT_ADAPTER = "machimado.ground.people.sign_in.ProviderAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = "login"
ACCOUNT_USER_MODEL_EMAIL_FIELD = "email"
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
ACCOUNT_SESSION_REMEMBER = False
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_ISSUER = "まち窓"
# A code may be typed slowly, and the clocks of a closed network differ: half a minute either way.
MFA_TOTP_TOLERANCE = 1
MFA_PASSKEY_LOGIN_ENABLED = HTTPS
OIDC_ISSUER = env.text("MACHIMADO_OIDC_ISSUER", "")
SOCIALACCOUNT_PROVIDERS = (
    {
        "openid_connect": {
            "APPS": [
                {
                    "provider_id": "city",
                    "name": env.text("MACHIMADO_OIDC_NAME", "庁内の統合認証"),
                    "client_id": env.text("MACHIMADO_OIDC_CLIENT", "machimado"),
                    "secret": env.text("MACHIMADO_OIDC_SECRET", ""),
                    "settings": {"server_url": OIDC_ISSUER},
                },
            ],
        },
    }
    if OIDC_ISSUER
    else {}
)
# The city's identity provider for residents, who may sign in by it on their own pages and never must.
RESIDENT_ISSUER = env.issuer("MACHIMADO_RESIDENT_ISSUER", "")
RESIDENT_NAME = env.text("MACHIMADO_RESIDENT_NAME", "本人確認サービス")
RESIDENT_CLIENT = env.text("MACHIMADO_RESIDENT_CLIENT", "machimado")
RESIDENT_SECRET = env.text("MACHIMADO_RESIDENT_SECRET", "")
RESIDENT_SCOPES = env.text("MACHIMADO_RESIDENT_SCOPES", "openid profile address")
# The assurances (`acr`) that suffice to give out a certificate in the lobby without an officer; none: an officer always looks.
RESIDENT_SUFFICIENT = env.listing("MACHIMADO_RESIDENT_SUFFICIENT", [])
# What we want to know → the claim that says so; several claims are joined by `+`.
RESIDENT_CLAIMS = env.pairs(
    "MACHIMADO_RESIDENT_CLAIMS",
    "name=name,kana=name#ja-Kana-JP,birth_date=birthdate,sex=gender,address=address",
    keys=("name", "kana", "birth_date", "sex", "address"),
)
SESSION_ENGINE = "machimado.ground.people.sessions"
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_NAME = "machimado"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_SSL_REDIRECT = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
# No HSTS: a browser that remembers "https only" would lock an office out whose certificate has run out.
SILENCED_SYSTEM_CHECKS = ["security.W004"]
X_FRAME_OPTIONS = "DENY"
# Who draws a procedure that is being written as its own pages show it; authoring knows none of the rooms above it.
SPECIMENS = {
    "tablet": "machimado.frontyard.counter.views.specimen.tablet",
    "web": "machimado.frontyard.selfservice.views.specimen.page",
    "kiosk": "machimado.frontyard.selfservice.views.specimen.page",
}
# Minutes without a touch after which an officer's screen asks for the password again.
LOCK_AFTER_MINUTES = env.integer("MACHIMADO_LOCK_MINUTES", 10, low=1, high=240)
# Where `machimado card-agent` listens on each officer's own computer.
CARD_AGENT_PORT = env.integer("MACHIMADO_CARD_AGENT_PORT", 35970, low=1024, high=65535)

# Who finds residents and cases for the auditor, to whom the journal itself gives opaque ids only.
JOURNAL_DIRECTORY = "machimado.site.directory.Directory"

# --- language and time ---------------------------------------------------------------------------------------
LANGUAGE_CODE = "ja"
LANGUAGES = [("ja", "日本語")]
USE_I18N = True
TIME_ZONE = "Asia/Tokyo"
USE_TZ = True

# --- files ---------------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
# Served from where they were built: there is no second copy that could be forgotten.
WHITENOISE_USE_FINDERS = True
WHITENOISE_MAX_AGE = 0 if DEBUG else 3600
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

# --- the core system (基幹システム) ----------------------------------------------------------------------------
CORE_URL = env.text("MACHIMADO_CORE", "http://127.0.0.1:8701")
CORE_CLIENT = env.text("MACHIMADO_CORE_CLIENT", "machimado")
CORE_SECRET = env.text("MACHIMADO_CORE_SECRET", "yukimi-sample-secret")
CORE_AUTH = env.text("MACHIMADO_CORE_AUTH", "client_secret_jwt")
# PEM file of the authority that signed the core's certificate, where the machine itself does not know it.
CORE_AUTHORITY = env.text("MACHIMADO_CORE_AUTHORITY", "")
# Does the core refuse a second entry with the same key (keyed), and can it be asked what it has (lookup)?
CORE_KEYED = env.flag("MACHIMADO_CORE_KEYED", default=True)
CORE_LOOKUP = env.flag("MACHIMADO_CORE_LOOKUP", default=True)
CORE_TIMEOUT_SECONDS = env.integer("MACHIMADO_CORE_TIMEOUT", 10, low=1, high=300)
# How long a request that lost its reply may still be in flight inside the core system.
CORE_SETTLING_SECONDS = env.integer("MACHIMADO_CORE_SETTLING", 60, low=0, high=86400)

# Which way into the core: a folder of machimado/cases/delivery/adapters/.
CORE_ADAPTER = env.text("MACHIMADO_CORE_ADAPTER", "rest")
# The options of csv_drop, as YAML: places, columns, codes (see that folder's README).
CORE_CSV = env.text("MACHIMADO_CORE_CSV", "")
# After this long without a sign a sender counts as dead, and what it sent as unknown.
DELIVERY_LEASE_SECONDS = env.integer("MACHIMADO_DELIVERY_LEASE", 15, low=2, high=600)

# --- logs: never personal data -------------------------------------------------------------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "class": "machimado.site.logs.QuietFormatter",
            "format": "%(asctime)s %(levelname)s %(name)s %(message)s",
        }
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": env.text("MACHIMADO_LOG_LEVEL", "INFO")},
    "loggers": {"httpx": {"level": "WARNING"}},
}
