from ansible.plugins.lookup import LookupBase


class LookupModule(LookupBase):
    def run(self, terms, variables, **options):
        return [options.get("word", "hello") + " " + each for each in terms if variables]
