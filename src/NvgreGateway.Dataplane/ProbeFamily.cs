namespace NvgreGateway.Dataplane;

/// <summary>Families of frames that offloads are tested for apart from each other.</summary>
internal enum ProbeFamily : byte
{
    /// <summary>Tenant frames as they leave an access port.</summary>
    Plain,

    /// <summary>NVGRE over IPv4.</summary>
    Outer4,

    /// <summary>NVGRE over IPv6.</summary>
    Outer6,
}
