class FilterModule:
    def filters(self):
        return {"loud": str.upper}
