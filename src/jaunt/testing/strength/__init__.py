"""How strong tests are: changes of the code under test, and which of them the tests notice."""
