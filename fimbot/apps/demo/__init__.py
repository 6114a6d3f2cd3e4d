"""A small repository with stubs in three languages and tests beside them, to see the whole job on."""
