from ansible.errors import AnsibleFilterError


def web_address(port):
    if not 0 < int(port) < 65536:
        raise AnsibleFilterError("%s is no port" % port)
    return "http://localhost:%s/" % port


class FilterModule(object):
    def filters(self):
        return {"web_address": web_address}
