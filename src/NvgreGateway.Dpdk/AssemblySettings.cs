// Everything that crosses the native border is blittable, so no call needs a marshalling stub.
[assembly: System.Runtime.CompilerServices.DisableRuntimeMarshalling]
// Stack buffers here are always written before they are read.
[module: System.Runtime.CompilerServices.SkipLocalsInit]
