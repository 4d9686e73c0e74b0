namespace NvgreGateway.Control.Configuration;

/// <summary>The side of the gateway that a port is on; key <c>ports[].role</c>.</summary>
public enum PortRole
{
    /// <summary>Tenant frames, tagged or not, come and go here.</summary>
    Access,

    /// <summary>NVGRE packets come and go here; the port owns provider addresses (PA).</summary>
    Underlay,
}
