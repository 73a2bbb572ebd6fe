import { Duration } from 'aws-cdk-lib';
import {
  AlarmStatusWidget,
  Dashboard as CloudWatchDashboard,
  GraphWidget,
  type IAlarm,
  LogQueryVisualizationType,
  LogQueryWidget,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { dashboardName, logGroupName, reconcileFunctionName } from '../contract/names';
import { CONDITION_NAMES, conditionMetric, heartbeatMetric } from './alarms';

const FULL_WIDTH = 24;

/** What the dashboard shows. */
export interface DashboardProps {
  /** Name of the environment. */
  readonly environment: string;
  readonly alarms: readonly IAlarm[];
  readonly rotateFunction: IFunction;
  readonly reconcileFunction: IFunction;
}

/** One dashboard per environment. Services appear in it through one log query, so it stays the same size whatever their number. */
export class Dashboard extends Construct {
  readonly #props: DashboardProps;

  constructor(scope: Construct, id: string, props: DashboardProps) {
    super(scope, id);
    this.#props = props;
    new CloudWatchDashboard(this, 'Dashboard', {
      dashboardName: dashboardName(props.environment),
      defaultInterval: Duration.days(7),
      widgets: [
        [new AlarmStatusWidget({ title: 'Alarms', alarms: [...props.alarms], width: FULL_WIDTH })],
        [this.conditions(), this.runs()],
        [this.services()],
      ],
    });
  }

  private conditions(): GraphWidget {
    return new GraphWidget({
      title: 'Services in each condition',
      left: CONDITION_NAMES.map((condition) =>
        conditionMetric(this.#props.environment, condition).with({ label: condition }),
      ),
      width: FULL_WIDTH / 2,
    });
  }

  private runs(): GraphWidget {
    const { environment, rotateFunction, reconcileFunction } = this.#props;
    return new GraphWidget({
      title: 'Runs and errors',
      left: [
        heartbeatMetric(environment).with({ label: 'completed runs' }),
        reconcileFunction.metricErrors({ label: 'reconcile errors' }),
        rotateFunction.metricErrors({ label: 'rotate errors' }),
      ],
      width: FULL_WIDTH / 2,
    });
  }

  /** The reconciler logs one line per service and run; the latest of each is the table. */
  private services(): LogQueryWidget {
    return new LogQueryWidget({
      title: 'Services, as the reconciler saw them last',
      logGroupNames: [logGroupName(reconcileFunctionName(this.#props.environment))],
      view: LogQueryVisualizationType.TABLE,
      queryLines: [
        'filter message = "service"',
        'stats latest(owner) as team, latest(hasKey) as has_key, latest(spares) as spare_keys, latest(conditions) as in_condition by serviceName',
        'sort in_condition desc, serviceName',
      ],
      width: FULL_WIDTH,
      height: 10,
    });
  }
}
