import type { Fields, ModelledFields } from '../fields';
import type { AwsInput, AwsOutput } from '../service';

/** What `Ref` and `Fn::GetAtt` of a created resource yield. */
export interface ResourceState {
  readonly physicalId: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/** A resource as it stands in a deployed stack. */
export interface DeployedResource extends ResourceState {
  readonly logicalId: string;
  readonly type: string;
  /** Properties as last deployed, with every intrinsic function evaluated. */
  readonly properties: Readonly<Record<string, unknown>>;
  readonly deletionPolicy: string;
}

/** What a resource handler may use of the deployment that it is part of. */
export interface ResourceContext {
  readonly accountId: string;
  readonly region: string;
  readonly stackName: string;
  readonly logicalId: string;
  /** Calls an AWS API as CloudFormation does. */
  call(service: string, operation: string, input: AwsInput): Promise<AwsOutput>;
  /** A fresh name for a resource whose template gives it none: `prod-platform-Topic-A1B2C3D4E5F6`. */
  newName(): string;
  /** A fresh client request token. */
  newToken(): string;
}

/** Turns one type of resource into API calls. A resource with a property that its handler does not model is refused. */
export interface ResourceHandler extends ModelledFields {
  /** Properties that CloudFormation replaces the resource for. The sandbox does not replace: changing one is an error. */
  readonly createOnly?: readonly string[];
  create(properties: Fields, context: ResourceContext): Promise<ResourceState>;
  /** Absent: a resource of this type cannot be changed in the sandbox. */
  update?(properties: Fields, context: ResourceContext, deployed: DeployedResource): Promise<ResourceState>;
  /** Absent: a resource of this type leaves with its stack without a call. */
  delete?(deployed: DeployedResource, context: ResourceContext): Promise<void>;
}
