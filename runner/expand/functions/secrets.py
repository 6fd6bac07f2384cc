"""Functions that look secrets up in Vault, Consul and AWS Secrets Manager.

Addresses and credentials come from the environment, from the variables that those products' own clients use.
"""

from __future__ import annotations

import base64
import json
import ssl
from collections.abc import Mapping
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlencode, urlsplit
from urllib.request import HTTPSHandler, ProxyHandler, Request, build_opener

from runner.expand.functions.base64_text import utf8
from runner.expand.functions.context import Context
from runner.expand.functions.declare import function
from runner.expand.functions.error import Refused
from runner.expand.functions.values import normal, number_text, text

_TIMEOUT = 60.0  # seconds
_NOT_FOUND = 404


def _optional_text(value: Any) -> str:
    return "" if value is None else text(value)


@function(text, text)
def vault(path: str, key: str, *, context: Context) -> str:
    """Return the value under ``key`` of the secret at ``path`` in HashiCorp Vault's key-value store, version 1 or 2.

    For version 2 the path has ``data`` in it: ``secret/data/hello``. Uses ``VAULT_ADDR VAULT_TOKEN VAULT_NAMESPACE
    VAULT_CACERT VAULT_CAPATH VAULT_CLIENT_CERT VAULT_CLIENT_KEY VAULT_SKIP_VERIFY VAULT_CLIENT_TIMEOUT``.
    """
    environ = context.environ
    if not environ.get("VAULT_TOKEN"):
        raise Refused("the environment variable VAULT_TOKEN must be set")
    address = environ.get("VAULT_ADDR") or "https://127.0.0.1:8200"
    headers = {"X-Vault-Token": environ["VAULT_TOKEN"], "X-Vault-Request": "true"}
    if environ.get("VAULT_NAMESPACE"):
        headers["X-Vault-Namespace"] = environ["VAULT_NAMESPACE"]
    url = f"{address.rstrip('/')}/v1/{quote(path.strip('/'))}"
    answer = _ask("Vault", url, headers, _tls(environ, "VAULT_", "VAULT_SKIP_VERIFY"), _seconds(environ))
    data = answer.get("data") if isinstance(answer, dict) else None
    if isinstance(data, dict) and isinstance(data.get("data"), dict) and "metadata" in data:
        data = data["data"]
    if not isinstance(data, dict):
        raise Refused(f"there is no secret at {path!r} in Vault", "path")
    if data.get(key) is None:
        raise Refused(f"the secret at {path!r} in Vault has no key {key!r}", "key")
    return _scalar(data[key], key)


@function(text)
def consul_key(key: str, *, context: Context) -> str:
    """Return the value of ``key`` in Consul's key-value store.

    Uses ``CONSUL_HTTP_ADDR CONSUL_HTTP_TOKEN CONSUL_HTTP_TOKEN_FILE CONSUL_HTTP_AUTH CONSUL_HTTP_SSL
    CONSUL_HTTP_SSL_VERIFY CONSUL_CACERT CONSUL_CAPATH CONSUL_CLIENT_CERT CONSUL_CLIENT_KEY CONSUL_NAMESPACE``.
    """
    environ = context.environ
    address = environ.get("CONSUL_HTTP_ADDR") or "127.0.0.1:8500"
    if "://" not in address:
        address = f"{'https' if _yes(environ.get('CONSUL_HTTP_SSL')) else 'http'}://{address}"
    query = {"ns": environ["CONSUL_NAMESPACE"]} if environ.get("CONSUL_NAMESPACE") else {}
    url = f"{address.rstrip('/')}/v1/kv/{quote(key.lstrip('/'))}{'?' if query else ''}{urlencode(query)}"
    answer = _ask("Consul", url, _consul_headers(environ), _tls(environ, "CONSUL_", "CONSUL_HTTP_SSL_VERIFY"), _TIMEOUT)
    if not (isinstance(answer, list) and answer and isinstance(answer[0], dict)):
        raise Refused(f"there is no key {key!r} in Consul", "key")
    return normal(utf8(base64.b64decode(answer[0].get("Value") or ""), "key"))


def _consul_headers(environ: Mapping[str, str]) -> dict[str, str]:
    token = environ.get("CONSUL_HTTP_TOKEN", "")
    if not token and environ.get("CONSUL_HTTP_TOKEN_FILE"):
        try:
            with open(environ["CONSUL_HTTP_TOKEN_FILE"], encoding="utf-8") as file:  # noqa: PTH123 - one read
                token = file.read().strip()
        except (OSError, UnicodeDecodeError):
            raise Refused("the file that CONSUL_HTTP_TOKEN_FILE names cannot be read") from None
    headers = {"X-Consul-Token": token} if token else {}
    if environ.get("CONSUL_HTTP_AUTH"):
        headers["Authorization"] = "Basic " + base64.b64encode(environ["CONSUL_HTTP_AUTH"].encode()).decode()
    return headers


@function(text, _optional_text, optional=1)
def aws_secretsmanager(name: str, key: str = "", *, context: Context) -> str:
    """Return the value under ``key`` of the current version of the secret ``name`` in AWS Secrets Manager.

    Without a key (or with null), the secret's first value; a secret that is no JSON mapping is returned as it is.
    Credentials, region and endpoint come from the environment and AWS's own files.
    """
    secret = _aws_secret(name, context.environ)
    try:
        entries = json.loads(secret)
    except ValueError:
        entries = None
    if not isinstance(entries, dict):
        if key:
            raise Refused(f"the secret {name!r} is no mapping, so it has no key {key!r}", "key")
        return normal(secret)
    if key and key not in entries:
        raise Refused(f"the secret {name!r} has no key {key!r}", "key")
    if not entries:
        raise Refused(f"the secret {name!r} is an empty mapping", "name")
    wanted = key or next(iter(entries))
    return _scalar(entries[wanted], wanted)


@function(text)
def aws_secretsmanager_raw(name: str, *, context: Context) -> str:
    """Return the current version of the secret ``name`` in AWS Secrets Manager, the whole text as it is stored."""
    return normal(_aws_secret(name, context.environ))


def _aws_secret(name: str, environ: Mapping[str, str]) -> str:
    import boto3
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        session = boto3.Session(
            aws_access_key_id=environ.get("AWS_ACCESS_KEY_ID"),
            aws_secret_access_key=environ.get("AWS_SECRET_ACCESS_KEY"),
            aws_session_token=environ.get("AWS_SESSION_TOKEN"),
            region_name=environ.get("AWS_REGION") or environ.get("AWS_DEFAULT_REGION"),
            profile_name=environ.get("AWS_PROFILE"),
        )
        endpoint = environ.get("AWS_ENDPOINT_URL_SECRETS_MANAGER") or environ.get("AWS_ENDPOINT_URL")
        client = session.client("secretsmanager", endpoint_url=endpoint)
        answer = client.get_secret_value(SecretId=name, VersionStage="AWSCURRENT")
    except (BotoCoreError, ClientError) as error:
        raise Refused(f"the secret {name!r} cannot be read: {error}", "name") from None
    if "SecretString" not in answer:
        raise Refused(f"the secret {name!r} is binary; only texts can be used", "name")
    return str(answer["SecretString"])


def _scalar(value: Any, key: str) -> str:
    """Return a secret's value, which must be a string, a number or a boolean, as a string."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return number_text(value)
    if isinstance(value, str):
        return normal(value)
    raise Refused(f"the value under {key!r} is neither a string nor a number", "key")


def _yes(value: str | None) -> bool:
    return (value or "").lower() in {"1", "t", "true"}


def _seconds(environ: Mapping[str, str]) -> float:
    """Read VAULT_CLIENT_TIMEOUT: seconds, with or without the unit."""
    try:
        return float((environ.get("VAULT_CLIENT_TIMEOUT") or str(_TIMEOUT)).removesuffix("s"))
    except ValueError:
        raise Refused("VAULT_CLIENT_TIMEOUT must be a number of seconds") from None


def _tls(environ: Mapping[str, str], prefix: str, verify: str) -> ssl.SSLContext:
    """Return the rules for HTTPS that the variables with ``prefix`` set."""
    try:
        tls = ssl.create_default_context(
            cafile=environ.get(f"{prefix}CACERT") or None, capath=environ.get(f"{prefix}CAPATH") or None
        )
        if environ.get(f"{prefix}CLIENT_CERT"):
            tls.load_cert_chain(environ[f"{prefix}CLIENT_CERT"], environ.get(f"{prefix}CLIENT_KEY") or None)
    except OSError as error:
        raise Refused(f"the certificates that {prefix}CACERT and its kin name cannot be read: {error}") from None
    setting = environ.get(verify)
    unchecked = _yes(setting) if "SKIP" in verify else bool(setting) and not _yes(setting)
    if unchecked:
        tls.check_hostname = False
        tls.verify_mode = ssl.CERT_NONE
    return tls


def _ask(service: str, url: str, headers: dict[str, str], tls: ssl.SSLContext, timeout: float) -> Any:
    """Return the JSON document at ``url``, or None when there is none."""
    if urlsplit(url).scheme not in {"http", "https"}:
        raise Refused(f"the address of {service} must start with http:// or https://, not as in {url!r}")
    opener = build_opener(ProxyHandler({}), HTTPSHandler(context=tls))
    try:
        with opener.open(Request(url, headers=headers), timeout=timeout) as answer:  # noqa: S310 - the scheme is checked
            return json.load(answer)
    except HTTPError as error:
        if error.code == _NOT_FOUND:
            return None
        raise Refused(f"{service} answers {error.code} ({error.reason}) to {url}{_complaint(error)}") from None
    except (URLError, OSError, ValueError) as error:
        reason = error.reason if isinstance(error, URLError) else error
        raise Refused(f"{service} at {url} cannot be asked: {reason}") from None


def _complaint(error: HTTPError) -> str:
    """Return what the service itself says, when it says it as Vault does."""
    try:
        complaints = json.load(error).get("errors", [])
    except (ValueError, AttributeError, OSError):
        return ""
    return ": " + "; ".join(map(str, complaints)) if complaints else ""
