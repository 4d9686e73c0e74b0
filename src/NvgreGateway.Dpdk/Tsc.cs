namespace NvgreGateway.Dpdk;

/// <summary>The time stamp counter of the processor.</summary>
public static class Tsc
{
    /// <summary>Ticks since the machine started; not ordered against loads and stores.</summary>
    public static ulong Read() => Native.ReadTsc();

    /// <summary>Ticks per second, as EAL measured them; 0 before EAL has started.</summary>
    public static ulong Hertz => Native.TscHertz();
}
