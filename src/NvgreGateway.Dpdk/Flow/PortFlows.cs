namespace NvgreGateway.Dpdk;

/// <summary>Flow rules of a port of DPDK. The port is started: not every driver keeps rules over a stop.</summary>
/// <param name="port">DPDK's number.</param>
public sealed unsafe class PortFlows(ushort port) : IFlowApi
{
    /// <inheritdoc/>
    public int Validate(FlowRule* rule, FlowError* error) => Native.FlowValidate(port, rule, error);

    /// <inheritdoc/>
    public int Create(FlowRule* rule, nint* handle, FlowError* error) => Native.FlowCreate(port, rule, (void**)handle, error);

    /// <inheritdoc/>
    public int Destroy(nint handle, FlowError* error) => Native.FlowDestroy(port, (void*)handle, error);

    /// <inheritdoc/>
    public int Query(nint handle, ulong* packets, ulong* bytes, FlowError* error) => Native.FlowQuery(port, (void*)handle, packets, bytes, error);

    /// <inheritdoc/>
    public int Flush(FlowError* error) => Native.FlowFlush(port, error);
}
