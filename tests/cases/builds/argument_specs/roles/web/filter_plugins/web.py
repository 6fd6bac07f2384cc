from ansible.errors import AnsibleFilterError

LAST = 65535


def web_address(port: str) -> str:
    if not 0 < int(port) <= LAST:
        raise AnsibleFilterError(f"{port} is no port")
    return f"http://localhost:{port}/"


class FilterModule:
    def filters(self) -> dict[str, object]:
        return {"web_address": web_address}
