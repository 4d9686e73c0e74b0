namespace NvgreGateway.Exchange;

/// <summary>How far the self-test of a port's offloads goes (<c>ports[].selfTest</c>, C-073).</summary>
public enum SelfTest : ushort
{
    /// <summary>By loopback where the device can, else its driver alone is asked.</summary>
    Auto,

    /// <summary>Never by loopback: the driver alone is asked.</summary>
    Off,

    /// <summary>What did not pass by loopback is not used.</summary>
    Force,
}
