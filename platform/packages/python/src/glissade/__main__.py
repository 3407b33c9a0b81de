# SPDX-License-Identifier: Apache-2.0
"""python3 -m glissade: the version, the library, and its backends."""

import glissade

print(f"glissade {glissade.__version__}")
print(f"library: {glissade.library_path}")
for backend in glissade.backends():
    use = "in use" if backend.name == glissade.backend() else "can be forced" if backend.supported else "not on this machine"
    print(f"backend {backend.name}: {use}")
