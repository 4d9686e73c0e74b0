namespace NvgreGateway.Dpdk;

/// <summary>Which packets a flow rule sees (<c>SHIM_FLOW_*</c>).</summary>
[Flags]
public enum FlowDirection : uint
{
    /// <summary>None; no driver takes that.</summary>
    None = 0,
    /// <summary>Received by the port.</summary>
    Ingress = 1,
    /// <summary>Sent by the port.</summary>
    Egress = 2,
    /// <summary>Passing the device's switch, whether or not software ever sees them.</summary>
    Transfer = 4,
}
