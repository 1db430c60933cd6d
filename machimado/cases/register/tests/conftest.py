from machimado.cases.register.tests.people import memory

__all__ = ["memory"]
