// Convolution as its definition says, in double.
#pragma once

#include "harness.h"

namespace harness {

// Calls f(n, o, oy, ox, c, iy, ix, index of the weight) for every product of the convolution.
template <class F>
void forEachProduct(const Conv& s, F&& f) {
  const int64_t groupC = s.C / s.groups, groupO = s.O / s.groups;
  for (int64_t n = 0; n < s.N; n++)
    for (int64_t o = 0; o < s.O; o++)
      for (int64_t oy = 0; oy < s.OH(); oy++)
        for (int64_t ox = 0; ox < s.OW(); ox++)
          for (int64_t c = 0; c < groupC; c++)
            for (int64_t ky = 0; ky < s.kH; ky++)
              for (int64_t kx = 0; kx < s.kW; kx++) {
                const int64_t iy = oy * s.sH - s.pH + ky * s.dH, ix = ox * s.sW - s.pW + kx * s.dW;
                if (iy < 0 || iy >= s.H || ix < 0 || ix >= s.W) continue;
                f(n, o, oy, ox, o / groupO * groupC + c, iy, ix, ((o * groupC + c) * s.kH + ky) * s.kW + kx);
              }
}

}  // namespace harness
