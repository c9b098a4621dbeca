#!/bin/sh
# Builds the kernels' test and benchmark programs: native/bench/build.sh [directory]. CXX names the compiler (g++),
# LDFLAGS what else the linker gets (-static to run under an emulator). Writes DIRECTORY/kernels_test, elementwise_test and kernels_bench.
set -e
root=$(cd "$(dirname "$0")/.." && pwd)
out=${1:-$root/build/bench}
cxx=${CXX:-g++}
mkdir -p "$out"

case $($cxx -dumpmachine) in
  aarch64*) levels="neon" ;;
  *) levels="avx512 avx2 sse2" ;;
esac
flagsOf() {
  case $1 in
    avx512) echo "-mavx512f -mavx512vl -mavx512dq -mavx512bw -mfma" ;;
    avx2) echo "-mavx2 -mfma" ;;
  esac
}

flags="-std=c++17 -O3 -fno-math-errno -fno-trapping-math -ffp-contract=fast -fno-exceptions -Wall -Wextra"
units=""
objects=""
jobs=""
for source in "$root"/src/gemm*.cpp "$root"/src/conv*.cpp "$root"/src/microkernel*.cpp \
  "$root"/src/strided.cpp "$root"/src/unary.cpp "$root"/src/binary.cpp "$root"/src/reduce.cpp; do
  [ -f "$source" ] || continue
  unit=$(sed -n 's/^NABLA_KERNELS(\([A-Za-z0-9]*\),.*/\1/p' "$source")
  if [ -n "$unit" ]; then units="$units NABLA_UNIT($unit)"; fi
  for level in $levels; do
    object=$out/$(basename "$source" .cpp).$level.o
    objects="$objects $object"
    if [ -n "$(find "$root/src" -newer "$object" -name '*.h' 2>/dev/null)" ] || [ ! -f "$object" ] || [ "$source" -nt "$object" ]; then
      jobs="$jobs$cxx $flags $(flagsOf $level) -DNABLA_ISA=$level -c $source -o $object
"
    fi
  done
done
printf '%s' "$jobs" | xargs -P 2 -I{} sh -c '{}'
common="-std=c++17 -O2 -Wall -Wextra -pthread"
$cxx $common "-DNABLA_UNITS=$units" -c "$root/src/dispatch.cpp" -o "$out/dispatch.o"
$cxx $common -c "$root/src/threadpool.cpp" -o "$out/threadpool.o"
for program in test/kernels_test test/elementwise_test bench/kernels; do
  [ -f "$root/$program.cpp" ] || continue
  name=$(basename "$program")
  [ "$name" = kernels ] && name=kernels_bench
  $cxx $common "$root/$program.cpp" "$out/dispatch.o" "$out/threadpool.o" $objects -o "$out/$name" $LDFLAGS -ldl
done
